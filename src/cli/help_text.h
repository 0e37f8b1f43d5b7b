// What HELP prints, at the prompt and in a script.
#pragma once

namespace millrace {

inline constexpr const char* kHelpText =
    "HELP                    this text\n"
    "QUIT, EXIT              ends the shell and the jobs it started (also Ctrl-D)\n"
    "CLEAR                   clears the screen\n"
    "CREATE TABLE, CREATE VIEW, DROP, ALTER TABLE, DESCRIBE\n"
    "SHOW TABLES, SHOW VIEWS, SHOW FUNCTIONS, SHOW CREATE TABLE, SHOW COLUMNS FROM\n"
    "SELECT, VALUES, WITH    show the changes of their result; Ctrl-C ends the query\n"
    "INSERT INTO             starts a job that runs beside the shell\n"
    "SHOW JOBS, STOP JOB 'id'   lists such jobs, ends one\n"
    "EXECUTE STATEMENT SET BEGIN ... END   several INSERTs in one job\n"
    "EXPLAIN                 shows how a statement would run\n"
    "SET, SET 'key' = 'value', RESET 'key'   the options of the session\n"
    "Statements may take several lines and end with ';'. Tab completes words; the arrow keys and\n"
    "Ctrl-R go through the history; Ctrl-C at the prompt drops what was typed.\n";

}  // namespace millrace
