"""What the tests of the command share: running it to its end, with a signal, or on a terminal."""

import os
import pty
import select
import signal
import subprocess
import time

# Absolute, because tests change folders; set by cli_test.py.
PROGRAM = os.path.abspath("build/release/bin/millrace")
ENDLESS = (
    "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50',"
    " 'fields.a.min' = '1', 'fields.a.max' = '3');\n"
)
EMPTY = "SELECT a FROM (VALUES 1) AS v(a) WHERE a = 2"
SINK = "CREATE TABLE s (a INT) WITH ('connector' = 'blackhole');\n"

# A shell starts commands in its background with SIGINT ignored, and they hand that down.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Run:
    """One finished run of the command."""

    def __init__(self, *arguments, stdin="", seconds=20, **more):
        done = subprocess.run(
            [PROGRAM, *arguments],
            input=stdin.encode(),
            capture_output=True,
            timeout=seconds,
            **more,
        )
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def expect(condition, *details):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in details))


def expect_run(run, code, out=None, err=None):
    expect(run.code == code, f"exit code {run.code}, not {code}; stderr: {run.err}")
    if out is not None:
        expect(run.out == out, f"stdout {run.out!r}, not {out!r}")
    if err is not None:
        expect(err in run.err, f"stderr {run.err!r} lacks {err!r}")


def sql(text, *flags, **more):
    return Run("sql", *flags, "-e", text, **more)


def stop_after(signal_number, seconds, arguments):
    process = subprocess.Popen(
        [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(seconds)
    process.send_signal(signal_number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out.decode(), err.decode()


class Terminal:
    """The shell on a pseudo terminal."""

    def __init__(self, history):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.environ.update(TERM="xterm", MILLRACE_HISTORY=history, LC_ALL="C.UTF-8")
            os.execv(PROGRAM, [PROGRAM, "sql"])
        self.seen = ""
        self.before = ""  # what came in front of the text that was expected last

    def expect(self, text, seconds=10):
        """Waits for text behind what was expected last."""
        end = time.time() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.time()))
            if not ready:
                raise AssertionError(f"no {text!r} on the terminal: {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the shell ended before {text!r}: {self.seen!r}") from None
        self.before, self.seen = self.seen.split(text, 1)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        deadline = time.time() + 10
        while time.time() < deadline:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    pass
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.fd)
        raise AssertionError("the shell does not end")
