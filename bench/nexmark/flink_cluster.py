"""A standalone Apache Flink on this machine that runs scripts and says what they cost.

One JobManager and one TaskManager with as many slots as the parallelism, configured for the best
throughput that Flink has. Costs are user and system time of both processes between submission and
the end of the job; parsing and planning happen in the SQL client, which is not counted.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICKS = os.sysconf('SC_CLK_TCK')
PORT = 28081
SECONDS_TO_START = 120

# Settings worth comparing: each is best for some queries.
SETTINGS = {
    'hashmap': {'state.backend.type': 'hashmap'},
    'hashmap-parallel-gc': {'state.backend.type': 'hashmap',
                            'env.java.opts.taskmanager': '-XX:+UseParallelGC'},
    'rocksdb': {'state.backend.type': 'rocksdb'},
}


def cpu_seconds(process):
    fields = Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def version_of(home):
    return next(Path(home).glob('lib/flink-dist-*.jar')).stem.removeprefix('flink-dist-')


def build_side_input(home, folder):
    """Compiles q13's side table; returns the jar."""
    classes, jar = Path(folder) / 'classes', Path(folder) / 'side-input.jar'
    classes.mkdir(parents=True, exist_ok=True)
    subprocess.run(['javac', '--release', '17', '-nowarn', '-cp', f'{home}/lib/*', '-d',
                    str(classes), str(HERE / 'flink' / 'SideInputFactory.java')], check=True)
    with zipfile.ZipFile(jar, 'w') as out:
        for file in classes.rglob('*.class'):
            out.write(file, file.relative_to(classes))
        out.writestr('META-INF/services/org.apache.flink.table.factories.Factory',
                     'SideInputFactory\n')
    return jar


class FlinkCluster:
    """Starts on entering a `with` block and stops on leaving it."""

    def __init__(self, home, setting, parallelism, work):
        self.home, self.setting, self.parallelism = Path(home).resolve(), setting, parallelism
        self.work = Path(work) / f'flink-{setting}'
        self.processes = []

    def __enter__(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.home / 'conf', self.work / 'conf')
        for name in ('log', 'pid', 'tmp'):
            (self.work / name).mkdir()
        settings = ''.join(f'{key}: {value}\n' for key, value in self.configuration().items())
        (self.work / 'conf' / 'config.yaml').write_text(settings, encoding='utf-8')
        self.environment = {
            **os.environ, 'FLINK_CONF_DIR': str(self.work / 'conf'),
            'FLINK_LOG_DIR': str(self.work / 'log'), 'FLINK_PID_DIR': str(self.work / 'pid')}
        self.environment.setdefault(
            'JAVA_HOME', str(Path(shutil.which('java')).resolve().parents[1]))
        try:
            self.start()
            self.jar = build_side_input(self.home, self.work / 'side-input')
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run([str(self.home / 'bin' / 'stop-cluster.sh')], env=self.environment,
                       stdout=subprocess.DEVNULL, check=False)
        for process in self.processes:
            for _ in range(100):
                if not Path(f'/proc/{process}').exists():
                    break
                time.sleep(0.1)
            else:
                os.kill(process, signal.SIGKILL)

    def configuration(self):
        shipped = (self.home / 'conf' / 'config.yaml').read_text(encoding='utf-8')
        opened = re.search(r'^\s*all:\s*(--add.*)$', shipped, re.M)
        managed = '0.5' if self.setting == 'rocksdb' else '0.1'
        incremental = str(self.setting == 'rocksdb').lower()
        return {
            'env.java.opts.all': opened.group(1) if opened else '',
            'jobmanager.rpc.address': 'localhost',
            'jobmanager.bind-host': 'localhost',
            'taskmanager.host': 'localhost',
            'taskmanager.bind-host': 'localhost',
            'rest.address': 'localhost',
            'rest.bind-address': 'localhost',
            'rest.port': PORT,
            'jobmanager.memory.process.size': '1600m',
            'taskmanager.memory.process.size': '8g',
            'taskmanager.memory.managed.fraction': managed,
            'taskmanager.numberOfTaskSlots': self.parallelism,
            'parallelism.default': self.parallelism,
            'io.tmp.dirs': self.work / 'tmp',
            'pipeline.object-reuse': 'true',
            'execution.checkpointing.interval': '10s',
            'execution.checkpointing.dir': f'file://{self.work}/checkpoints',
            'execution.checkpointing.checkpoints-after-tasks-finish.enabled': 'false',
            'execution.checkpointing.incremental': incremental,
            'table.exec.mini-batch.enabled': 'true',
            'table.exec.mini-batch.allow-latency': '2 s',
            'table.exec.mini-batch.size': 50000,
            'table.optimizer.agg-phase-strategy': 'TWO_PHASE',
            'table.optimizer.distinct-agg.split.enabled': 'true',
            'table.local-time-zone': 'UTC',
            'table.dml-sync': 'true',
            **SETTINGS[self.setting],
        }

    def start(self):
        subprocess.run([str(self.home / 'bin' / 'start-cluster.sh')], env=self.environment,
                       stdout=subprocess.DEVNULL, check=True)
        self.processes = [int(file.read_text().split()[-1])
                          for file in sorted((self.work / 'pid').iterdir())]
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                if self.ask('/overview')['slots-total'] >= self.parallelism:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f'Flink did not start; see {self.work}/log')

    def ask(self, path):
        with urllib.request.urlopen(f'http://localhost:{PORT}{path}', timeout=60) as answer:
            return json.load(answer)

    def jobs(self):
        return {job['jid']: job for job in self.ask('/jobs/overview')['jobs']}

    def run(self, script):
        """Runs a script with one INSERT to its end; returns (CPU seconds, wall seconds)."""
        file = self.work / 'script.sql'
        file.write_text(script, encoding='utf-8')
        known = set(self.jobs())
        before = sum(map(cpu_seconds, self.processes))
        client = subprocess.run(
            [str(self.home / 'bin' / 'sql-client.sh'), '-j', str(self.jar), '-f', str(file)],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        used = sum(map(cpu_seconds, self.processes)) - before
        new = [job for key, job in self.jobs().items() if key not in known]
        if len(new) != 1 or new[0]['state'] != 'FINISHED':
            said = client.stdout.decode(errors='replace')[-2000:]
            print(said, file=sys.stderr)
            raise RuntimeError(f'Flink did not finish the script; see {self.work}/log')
        return used, new[0]['duration'] / 1000
