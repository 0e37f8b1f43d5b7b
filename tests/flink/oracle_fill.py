#!/usr/bin/env python3
"""Asks Apache Flink for the expected results of text tests (tests/README.md has their grammar).

    oracle_fill.py PATH...           writes what Flink says into the expected parts
    oracle_fill.py --check PATH...   compares, and exits with 1 where Flink says something else

A PATH is a .test file or a folder. FLINK_HOME names a Flink 2.3.0 distribution and
FLINK_HOME_1_20_5 the one that answers blocks with the modifier `flink 1.20.5`.
"""
import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / 'data'
MODIFIERS = ('approx', 'ties', 'flink', 'ours-only')
JAVA_PACKAGES = ('lang', 'lang.reflect', 'io', 'net', 'nio', 'text', 'time', 'util',
                 'util.concurrent', 'util.concurrent.atomic', 'util.concurrent.locks')


class TestError(Exception):
    """A test file that does not follow the grammar."""


class Block:
    """One block: its kind, its argument (the rest of the keyword's line) and its lines."""

    def __init__(self, kind, argument, line):
        self.kind = kind
        self.argument = argument
        self.line = line            # number of the keyword's line, from 0
        self.modifiers = {}
        self.body = []              # SQL, file contents, or expressions with their outcomes
        self.expected = None        # lines after ----, None without ----
        self.expected_at = None     # index of the first line after ----
        self.end = line             # index of the line after the block
        self.answers = []           # what Flink said, once per foreach item

    @property
    def ours_only(self):
        return 'ours-only' in self.modifiers

    @property
    def version(self):
        return self.modifiers.get('flink', '')


def parse(lines):
    """Splits the lines of a test file into blocks."""
    blocks, modifiers, i = [], {}, 0
    while i < len(lines):
        text = lines[i]
        if not text.strip() or (text.startswith('#') and not modifiers):
            i += 1
            continue
        keyword, _, argument = text.partition(' ')
        if keyword in MODIFIERS:
            modifiers[keyword] = argument.strip()
            i += 1
            continue
        block = Block(keyword, argument.strip(), i)
        block.modifiers, modifiers = modifiers, {}
        i = read_parts(lines, i + 1, block)
        blocks.append(block)
    return blocks


def read_parts(lines, i, block):
    if block.kind == 'file':
        while lines[i] != '----':
            block.body.append(lines[i])
            i += 1
        return i + 1
    if block.kind in ('set', 'reset', 'skip-runs', 'in-order', 'foreach', 'end'):
        return i
    # Flink cannot be asked what becomes of our state in an edited query.
    if block.kind not in ('statement', 'table', 'changelog', 'expressions', 'plan', 'edit'):
        raise TestError(f'line {block.line + 1}: unknown block "{block.kind}"')
    while i < len(lines) and lines[i].strip() and lines[i] != '----':
        block.body.append(lines[i])
        i += 1
    if i < len(lines) and lines[i] == '----':
        i += 1
        block.expected_at, block.expected = i, []
        while i < len(lines) and lines[i].strip():
            block.expected.append(lines[i])
            i += 1
    elif block.kind in ('table', 'changelog', 'plan', 'edit'):
        raise TestError(f'line {block.line + 1}: no ---- after the query')
    block.end = i
    return i


def unroll(blocks):
    """The blocks in the order in which they run, each with the foreach variable of that turn."""
    run, loop, turns = [], None, []
    for block in blocks:
        if block.kind == 'foreach':
            name, _, items = block.argument.partition(' in ')
            turns = [(name.strip(), item.strip()) for item in items.split('|')]
            loop = []
        elif block.kind == 'end':
            run += [(inner, turn) for turn in turns for inner in loop]
            loop = None
        elif loop is not None:
            loop.append(block)
        else:
            run.append((block, None))
    if loop is not None:
        raise TestError('foreach without end')
    return run


def replace_variables(text, directory, turn):
    text = text.replace('${DIR}', str(directory)).replace('${DATA}', str(DATA))
    return text.replace('${' + turn[0] + '}', turn[1]) if turn else text


def write_input(block, directory, turn):
    name, *encoding = block.argument.split()
    text = ''.join(replace_variables(line, directory, turn) + '\n' for line in block.body)
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if encoding == ['gzip']:
        path.write_bytes(gzip.compress(text.encode()))
    elif encoding == ['zstd']:
        compressed = subprocess.run(['zstd', '-c'], input=text.encode(), stdout=subprocess.PIPE,
                                    check=True)
        path.write_bytes(compressed.stdout)
    elif encoding == ['hex']:
        path.write_bytes(bytes.fromhex(text))
    else:
        path.write_text(text, encoding='utf-8')


def split_outcome(line):
    expression, arrow, outcome = line.partition('-->')
    return expression.rstrip(), outcome.strip() if arrow else ''


def expression_of(line):
    return split_outcome(line)[0]


def outcome_of(line):
    return split_outcome(line)[1]


class Test:
    """A test file, the commands it becomes, and what Flink answered."""

    def __init__(self, path, directory):
        self.path = path
        self.directory = directory
        self.lines = path.read_text(encoding='utf-8').splitlines()
        self.blocks = parse(self.lines)
        unroll(self.blocks)         # fails here if a foreach is not closed
        self.split = set()          # expressions blocks whose lines are asked one by one
        self.problems = []

    def write_script(self, script):
        """Writes the commands for RunScripts and remembers which block asked which."""
        self.asked = []
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        with open(script, 'w', encoding='utf-8') as out:
            for block, turn in unroll(self.blocks):
                fill = lambda text: replace_variables(text, self.directory, turn)
                if block.kind == 'file':
                    write_input(block, self.directory, turn)
                elif block.kind == 'set':
                    out.write(f'@set {fill(block.argument)}\n')
                    self.asked.append((block, turn, None))
                elif block.kind == 'reset':
                    out.write(f"@run\nRESET '{block.argument}'\n@@\n")
                    self.asked.append((block, turn, None))
                elif block.kind in ('statement', 'table', 'changelog') and not block.ours_only:
                    sql = fill('\n'.join(block.body)).rstrip().rstrip(';')
                    out.write(f"@{'run' if block.kind == 'statement' else 'rows'}\n{sql}\n@@\n")
                    self.asked.append((block, turn, None))
                elif block.kind == 'expressions' and not block.ours_only:
                    for indexes in self.groups(block):
                        columns = [f'({fill(expression_of(block.body[i]))}) AS c{i + 1}'
                                   for i in indexes]
                        source = fill(block.argument.replace('from ', 'FROM ', 1))
                        out.write('@rows\nSELECT ' + ',\n'.join(columns) + f'\n{source}\n@@\n')
                        self.asked.append((block, turn, indexes))

    def groups(self, block):
        """Which lines of an expressions block are one query: all that succeed, each that fails."""
        fails = [i for i, line in enumerate(block.body) if outcome_of(line).startswith('error')]
        succeeds = [i for i in range(len(block.body)) if i not in fails]
        if block in self.split:
            return [[i] for i in range(len(block.body))]
        return ([succeeds] if succeeds else []) + [[i] for i in fails]

    def read_answers(self, text):
        for block in self.blocks:
            block.answers = []
        answers = parse_answers(text)
        for block, turn, indexes in self.asked:
            block.answers.append((turn, indexes, next(answers)))

    def failed_groups(self):
        """Expressions blocks whose common query failed; asked one by one they say which line."""
        return {block for block in self.blocks
                if block.kind == 'expressions' and block not in self.split
                and any(a.error and len(indexes) > 1 for _, indexes, a in block.answers)}

    def judge(self, version, check):
        """Compares with, or (not check) replaces, the expected parts by Flink's answers."""
        edits = []
        for block in self.blocks:
            if block.ours_only or block.version != version or not block.answers:
                continue
            if block.kind == 'expressions':
                edits += self.judge_expressions(block, check)
                continue
            for turn, _, answer in block.answers:
                must_fail = block.kind == 'statement' and block.argument.startswith('error')
                if must_fail != bool(answer.error):
                    verdict = f'fails: {answer.error}' if answer.error else 'succeeds'
                    self.problem(block, turn, f'Flink {verdict}')
            failed = any(answer.error for _, _, answer in block.answers)
            if block.kind in ('table', 'changelog') and not failed:
                edits += self.judge_rows(block, check)
        if not check:
            for start, end, new in sorted(edits, reverse=True):
                self.lines[start:end] = new

    def judge_rows(self, block, check):
        fill = lambda lines, turn: [replace_variables(line, self.directory, turn) for line in lines]
        results = [(turn, answer.result(block)) for turn, _, answer in block.answers]
        for turn, rows in results:
            wanted = fill(block.expected, turn)
            if check and rows != wanted and not same_but_for(block, rows, wanted):
                self.problem(block, turn, difference(wanted, rows))
        turn, rows = results[0]
        if not check and fill(block.expected, turn) != rows:
            if any(fill(rows, other_turn) != other for other_turn, other in results):
                self.problem(block, None, 'results differ between the items of foreach')
            return [(block.expected_at, block.expected_at + len(block.expected), rows)]
        return []

    def judge_expressions(self, block, check):
        outcomes = {}
        for turn, indexes, answer in block.answers:
            for position, i in enumerate(indexes):
                expression, wanted = split_outcome(block.body[i])
                wanted = replace_variables(wanted, self.directory, turn)
                if answer.error:
                    got = wanted if wanted.startswith('error') else 'error ?'
                    if got == 'error ?':
                        self.problem(block, turn, f'{expression}: Flink fails: {answer.error}')
                else:
                    got = answer.column(position)
                if check and got != wanted:
                    self.problem(block, turn, f'{expression}\n    test  {wanted}\n    Flink {got}')
                if outcomes.setdefault(i, got) != got and '${' not in outcome_of(block.body[i]):
                    self.problem(block, turn, f'{expression}: differs between the foreach items')
        if check or any('${' in outcome_of(line) for line in block.body):
            return []
        width = max(len(expression_of(line)) for line in block.body)
        new = [f'{expression_of(line):<{min(width, 60)}} --> {outcomes[i]}'
               for i, line in enumerate(block.body)]
        return [(block.line + 1, block.line + 1 + len(block.body), new)]

    def problem(self, block, turn, text):
        where = f'{self.path}:{block.line + 1}' + (f' [{turn[0]}={turn[1]}]' if turn else '')
        self.problems.append(f'{where}: {block.kind}: {text}')


def same_but_for(block, rows, wanted):
    """Whether a block's modifiers forgive the difference."""
    if 'ties' in block.modifiers:
        names = [name.strip() for name in block.modifiers['ties'].split(',')]

        def named(lines):
            return sorted(str([json.loads(line)[name] for name in names]) for line in lines)

        return named(rows) == named(wanted)
    if 'approx' in block.modifiers:
        number = re.compile(r'-?\d(?:\.\d+)?e[+-]\d+')
        ours, flinks = '\n'.join(wanted), '\n'.join(rows)
        pairs = zip(map(float, number.findall(ours)), map(float, number.findall(flinks)))
        return (number.sub('#', ours) == number.sub('#', flinks)
                and all(abs(a - b) <= 1e-12 * max(abs(a), abs(b)) for a, b in pairs))
    return False


def difference(wanted, rows):
    missing = [f'\n    test  {line}' for line in wanted if line not in rows]
    extra = [f'\n    Flink {line}' for line in rows if line not in wanted]
    return ''.join(missing + extra) or '\n    the same rows in another order or number'


class Answer:
    def __init__(self, error='', columns=(), rows=()):
        self.error, self.columns, self.rows = error, columns, rows

    def result(self, block):
        head = []
        if 'types' in block.argument.split():
            head = ['# ' + ', '.join(f'{name} {type_}' for name, type_ in self.columns)]
        if block.kind == 'changelog':
            return head + ['|'.join([kind] + [self.bare(i, c) for i, c in enumerate(cells)])
                           for kind, cells in self.rows]
        folded = {}
        for kind, cells in self.rows:
            pairs = [f'{json.dumps(name, ensure_ascii=False)}:{cell}'
                     for (name, _), cell in zip(self.columns, cells)]
            line = '{' + ','.join(pairs) + '}'
            folded[line] = folded.get(line, 0) + (1 if kind in ('+I', '+U') else -1)
        negative = [line for line, count in folded.items() if count < 0]
        if negative:
            head.append(f'UNMATCHED RETRACTION {negative}')
        return head + [line for line in sorted(folded, key=str.encode) for _ in range(folded[line])]

    def column(self, i):
        values = []
        for kind, cells in self.rows:
            if kind != '+I':
                return f'not an insert-only result ({kind})'
            value = self.bare(i, cells[i])
            text = cells[i].startswith('"') and self.is_string(i)
            quoted = text and re.match(r'$|["\s]|.*\s$|.*[\x00-\x1f]', value, re.DOTALL)
            values.append(cells[i] if quoted else value)
        return (self.columns[i][1] + ': ' + ' | '.join(values)).strip()

    def is_string(self, i):
        return re.match(r'(STRING|CHAR|VARCHAR)\b', self.columns[i][1])

    def bare(self, i, cell):
        """A cell in its `changelog` form."""
        if cell == 'null':
            return '\\N'
        if not cell.startswith('"'):
            return cell.replace('|', '\\|')
        if not self.is_string(i):
            return cell[1:-1]
        text = json.loads(cell).replace('\\', '\\\\').replace('|', '\\|')
        return text.replace('\n', '\\n').replace('\r', '\\r')


def plain_type(text):
    return re.sub(r' NOT NULL| \*(ROWTIME|PROCTIME)\*', '', text)


def parse_answers(text):
    lines = iter(text.split('\n')[:-1])
    for line in lines:
        if line.startswith('@error'):
            yield Answer(error=line[len('@error '):] or 'unknown')
            continue
        if line == '@ok':
            yield Answer()
            continue
        columns, rows = [], []
        while (line := next(lines)) != '@rows':
            name, type_ = line.split('\t')
            columns.append((name, plain_type(type_)))
        while (line := next(lines)) != '@@':
            kind, *cells = line.split('\t')
            rows.append((kind, cells))
        yield Answer('', columns, rows)


def run_flink(home, scripts, threads):
    """Compiles RunScripts for this Flink and runs all scripts in one JVM."""
    caches = Path(os.environ.get('XDG_CACHE_HOME', Path.home() / '.cache'))
    cache = caches / 'millrace-flink' / Path(home).name
    source = HERE / 'RunScripts.java'
    compiled = cache / 'RunScripts.class'
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(['javac', '-nowarn', '-cp', f'{home}/lib/*', '-d', str(cache), str(source)],
                       check=True, stderr=subprocess.DEVNULL)
    opens = [f'--add-opens=java.base/java.{name}=ALL-UNNAMED' for name in JAVA_PACKAGES]
    flags = ['-Xmx3g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Duser.timezone=UTC',
             f'-Dlog4j2.configurationFile={HERE}/log4j2.properties', *opens]
    subprocess.run(['java', *flags, '-cp', f'{cache}:{home}/lib/*', 'RunScripts', str(threads),
                    *map(str, scripts)], check=True, stdout=subprocess.DEVNULL)


def ask(home, tests, work, threads):
    """Runs the tests, a second time those with expressions that must be asked one by one."""
    while tests:
        scripts = []
        for i, test in enumerate(tests):
            scripts.append(work / f'{i}.script')
            test.write_script(scripts[-1])
        run_flink(home, scripts, threads)
        again = []
        for script, test in zip(scripts, tests):
            test.read_answers(Path(f'{script}.out').read_text(encoding='utf-8'))
            if test.failed_groups():
                test.split |= test.failed_groups()
                again.append(test)
        tests = again


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('--check', action='store_true')
    arguments.add_argument('--threads', type=int, default=2, help='tests that run at the same time')
    arguments.add_argument('paths', nargs='+', type=Path)
    options = arguments.parse_args()
    if 'FLINK_HOME' not in os.environ:
        sys.exit('FLINK_HOME must name a Flink 2.3.0 distribution')
    paths = [f for p in options.paths for f in (sorted(p.rglob('*.test')) if p.is_dir() else [p])]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tests = []
        for i, path in enumerate(paths):
            try:
                tests.append(Test(path, work / str(i)))
            except (TestError, IndexError) as error:
                sys.exit(f'{path}: {error}')
        problems = []
        for variable, version in (('FLINK_HOME', ''), ('FLINK_HOME_1_20_5', '1.20.5')):
            chosen = [test for test in tests if version in {block.version for block in test.blocks}]
            if chosen and variable not in os.environ:
                print(f'{variable} is not set: {len(chosen)} tests are not compared with it',
                      file=sys.stderr)
                continue
            ask(os.environ.get(variable), chosen, work, options.threads)
            for test in chosen:
                test.judge(version, options.check)
                problems += test.problems
            if not options.check:
                tests = save_and_reload(tests)
    print('\n'.join(problems + [f'{len(tests)} tests, {len(problems)} problems']))
    sys.exit(1 if problems else 0)


def save_and_reload(tests):
    """Writes changed tests; returns them read again, because line numbers moved."""
    for test in tests:
        text = '\n'.join(test.lines) + '\n'
        if text != test.path.read_text(encoding='utf-8'):
            test.path.write_text(text, encoding='utf-8')
    return [Test(test.path, test.directory) for test in tests]


if __name__ == '__main__':
    main()
