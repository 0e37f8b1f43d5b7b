"""The Nexmark queries as SQL scripts, for whoever runs them (run.py, tests/nexmark/verify.py).

A query file sets up what it needs, creates the sink `answer` and inserts into it. Its variables:
${SOURCE} the options of the table of events, ${OUT} the folder of q10's files, ${SIDE_INPUT} the
options of q13's side table.
"""
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent

# q6 is an OVER aggregate on top of a Top-1. Flink refuses it (OVER takes no retractions), so that
# nothing says what its result should be; it is absent everywhere.
QUERIES = [f'q{i}' for i in range(24) if i != 6]

SIDE_ROWS = 10_000

_TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|`[^`]*`|;|[^-'`;]+|-")


def json_files(folder):
    return f"'connector' = 'filesystem', 'path' = '{folder}', 'format' = 'json'"


def csv_files(folder):
    """The rows person, auction and bid are lists of fields; one that is missing is empty."""
    return (f"'connector' = 'filesystem', 'path' = '{folder}', 'format' = 'csv',"
            " 'csv.ignore-parse-errors' = 'true'")


def generator(seed, events, density):
    """Needs no files; `density` is the number of events per second of event time."""
    return (f"'connector' = 'nexmark', 'seed' = '{seed}', 'events' = '{events}',"
            f" 'events-per-second-of-event-time' = '{density}'")


def side_input_file(path):
    return f"'connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv'"


def side_input_connector(path):
    """For Flink with the jar of flink/SideInputFactory.java."""
    return f"'connector' = 'nexmark-side-input', 'path' = '{path}'"


def write_side_input(path):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(''.join(f'{i},{i}\n' for i in range(SIDE_ROWS)), encoding='utf-8')


def statements(text):
    """The statements of a script, without comments and final semicolons."""
    out = ['']
    for token in _TOKEN.findall(text):
        if token == ';':
            out.append('')
        elif not token.startswith('--'):
            out[-1] += token
    return [one.strip() for one in out if one.strip()]


def insert_script(query, source, out='', side_input='', file=None):
    """The statements that run a query into its sink."""
    text = (HERE / 'events.sql').read_text(encoding='utf-8')
    text += (HERE / 'queries' / f'{file or query}.sql').read_text(encoding='utf-8')
    variables = {'SOURCE': source, 'OUT': str(out), 'SIDE_INPUT': side_input}
    for name, value in variables.items():
        text = text.replace('${' + name + '}', value)
    return statements(text)


def select_script(query, source, side_input='', file=None):
    """The statements that return a query's rows: the same without the sink."""
    kept = []
    for statement in insert_script(query, source, '', side_input, file):
        if not statement.startswith('CREATE TABLE answer'):
            kept.append(re.sub(r'^INSERT INTO answer\s+', '', statement))
    return kept


def as_text(script):
    return ';\n\n'.join(script) + ';\n'
