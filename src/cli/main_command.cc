#include "cli/main_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <map>

#include "cli/configuration_file.h"
#include "cli/run_command.h"
#include "cli/savepoint_command.h"
#include "cli/serve_command.h"
#include "cli/sql_command.h"
#include "cli/standard_streams.h"
#include "cli/worker_command.h"
#include "connectors/nexmark/nexmark_dump.h"
#include "database/database.h"

#ifndef MILLRACE_VERSION
#define MILLRACE_VERSION "0.1.0"
#endif

namespace millrace {

namespace {

constexpr const char* kVersionText = "millrace " MILLRACE_VERSION " (Flink SQL dialect 2.3.0)";

constexpr const char* kSqlFooter =
    "Without -f and -e it is a shell; when standard input is no terminal, a script is read there.\n"
    "Results go to standard output, everything else to standard error. INSERT starts a job and\n"
    "the script goes on; at its end the command waits for all jobs.\n"
    "Exit codes: 0 done, 1 a statement or job failed, 2 wrong usage, 130 interrupted.";

constexpr const char* kRunFooter =
    "The script starts one job: an INSERT or a statement set. After any end the same command goes "
    "on\n"
    "from the newest usable checkpoint in the state directory. Ctrl-C or SIGTERM stops the job "
    "with\n"
    "a savepoint there; a second one ends the process at once. A checkpoint is taken every 10 s,\n"
    "unless the script sets 'execution.checkpointing.interval'.\n"
    "Exit codes: 0 finished or stopped with a savepoint, 1 failed, 2 wrong usage, 128 + n after\n"
    "signal n before the job ran.";

constexpr const char* kCheckFooter =
    "PATH is the directory of a savepoint or checkpoint, or one with several: then the newest.\n"
    "With the directory of 'millrace run --state' it is what the job would go on from.\n"
    "The script is planned as 'millrace sql' and 'millrace run' would; nothing is started.\n"
    "Exit codes: 0 full, 3 partial: something is dropped or starts empty, 1 incompatible or an\n"
    "error, 2 wrong usage.";

constexpr const char* kServeFooter =
    "The service answers HTTP and HTTPS on the same port, until SIGINT or SIGTERM. The root user's "
    "keys\n"
    "come from MILLRACE_ROOT_ACCESS_KEY_ID and MILLRACE_ROOT_SECRET_ACCESS_KEY, or from\n"
    "DATA/credentials, which is made at the first start. /healthz and /metrics need no key. The "
    "log is\n"
    "JSON on standard error. The configuration file is a JSON object with the options as members,\n"
    "and those of companions in objects: {\"kinesis\": {\"endpoint\": \"http://host:4566\"}}.\n"
    "The command line wins.\n"
    "Exit codes: 0 stopped by a signal, 1 could not start, 2 wrong usage.";

// The arguments of all sub-commands, filled by the parser.
struct Arguments {
  SqlCommand sql;
  RunCommand run;
  SavepointInspection inspection;
  SavepointCheck check;
  ServeCommand serve;
  WorkerArguments worker;
  std::string configurationFile;
  std::string authentication = "on";
  std::string companions = "on";
  std::vector<std::string> settings;
  std::string output;
  NexmarkDump dump;
  std::string dumpFormat = "json";
};

CLI::App* addSql(CLI::App& app, Arguments& arguments) {
  CLI::App* sql = app.add_subcommand("sql", "run SQL: a script, statements or the shell");
  CLI::Option* file =
      sql->add_option("-f,--file", arguments.sql.file, "run this script; - is standard input")
          ->type_name("FILE");
  sql->add_option("-e,--execute", arguments.sql.statements, "run these statements; repeatable")
      ->type_name("STATEMENTS")
      ->allow_extra_args(false)
      ->excludes(file);
  sql->add_option("-i,--init", arguments.sql.initFile, "run this script first")->type_name("FILE");
  sql->add_option("-D,--set", arguments.settings, "set a configuration key; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  sql->add_option("--output", arguments.output,
                  "tableau: boxes, live (default); table: final rows as JSON lines; changelog:"
                  " every change as JSON lines; csv")
      ->type_name("FORM")
      ->check(CLI::IsMember({"tableau", "table", "changelog", "csv"}, CLI::ignore_case));
  sql->add_flag("--strict", arguments.sql.runner.strict,
                "configuration keys that are unknown or have no effect are errors");
  sql->add_flag("--progress", arguments.sql.progress,
                "show progress of jobs also when standard error is no terminal");
  sql->set_version_flag("--version", kVersionText);
  sql->footer(kSqlFooter);
  return sql;
}

CLI::App* addRun(CLI::App& app, Arguments& arguments) {
  CLI::App* run = app.add_subcommand("run", "run one durable job from a script");
  run->add_option("-f,--file", arguments.run.file, "the script; - is standard input")
      ->type_name("FILE")
      ->required();
  run->add_option("--state", arguments.run.stateDirectory,
                  "where the job keeps its state: a directory of its own")
      ->type_name("DIR")
      ->required();
  run->add_option("-i,--init", arguments.run.initFile, "run this script first")->type_name("FILE");
  run->add_option("-D,--set", arguments.settings, "set a configuration key; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  run->add_flag("--strict", arguments.run.runner.strict,
                "configuration keys that are unknown or have no effect are errors");
  run->add_flag("--progress", arguments.run.progress,
                "show progress also when standard error is no terminal");
  run->set_version_flag("--version", kVersionText);
  run->footer(kRunFooter);
  return run;
}

void addSavepoint(CLI::App& app, Arguments& arguments) {
  CLI::App* savepoint = app.add_subcommand("savepoint", "look into savepoints and checkpoints");
  CLI::App* inspect =
      savepoint->add_subcommand("inspect", "show operators, states, schemas and sizes");
  inspect->add_option("path", arguments.inspection.path, "the savepoint")
      ->type_name("PATH")
      ->required();
  inspect->add_flag("--json", arguments.inspection.json, "as JSON");
  CLI::App* check =
      savepoint->add_subcommand("check", "say whether the job of a script can go on from it");
  check->add_option("path", arguments.check.path, "the savepoint")->type_name("PATH")->required();
  check->add_option("-f,--file", arguments.check.file, "the script; - is standard input")
      ->type_name("FILE")
      ->required();
  check->add_option("-D,--set", arguments.settings, "set a configuration key; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  check->add_flag("--json", arguments.check.json, "as JSON");
  check->footer(kCheckFooter);
  for (CLI::App* command : {savepoint, inspect, check}) {
    command->set_version_flag("--version", kVersionText);
  }
}

// "applications=1000"; what the name may be is the service's business.
void addQuota(const std::string& text, std::map<std::string, int64_t>& quotas) {
  size_t equals = text.find('=');
  int64_t value = 0;
  std::string_view number =
      equals == std::string::npos ? std::string_view() : std::string_view(text).substr(equals + 1);
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (number.empty() || error != std::errc() || end != number.data() + number.size()) {
    throw CLI::ValidationError("--quota", "'" + text + "' is not NAME=NUMBER");
  }
  quotas[text.substr(0, equals)] = value;
}

std::string whyNoRegion(const std::string& text) {
  bool wellFormed =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return wellFormed && !text.empty() ? std::string()
                                     : "'" + text + "' is no region, such as eu-west-1";
}

void addServe(CLI::App& app, Arguments& arguments) {
  CLI::App* serve = app.add_subcommand("serve", "run the service: the API of AWS's on one port");
  ServiceHostOptions& host = arguments.serve.host;
  host.dataDirectory = "millrace-data";
  serve->add_option("--host", host.host, "the address to listen on")->capture_default_str();
  serve->add_option("--port", host.port, "the port to listen on; 0 is any free one")
      ->capture_default_str();
  serve->add_option("--data", host.dataDirectory, "where everything is kept")
      ->type_name("DIR")
      ->capture_default_str();
  serve
      ->add_option("--store", host.store,
                   "where applications are remembered: postgresql://user@host:port/database;"
                   " otherwise below DATA. The password may come from PGPASSWORD or ~/.pgpass")
      ->type_name("URL")
      ->check([](const std::string& text) {
        return isPostgresqlLocation(text) ? std::string()
                                          : "the store is no postgresql://host/database";
      });
  serve->add_option("--region", host.region, "the AWS region it is")
      ->capture_default_str()
      ->check(whyNoRegion);
  serve->add_option("--account", host.account, "the AWS account it is, 12 digits")
      ->capture_default_str()
      ->check([](const std::string& text) {
        bool digits = text.find_first_not_of("0123456789") == std::string::npos;
        return digits && text.size() == 12 ? std::string() : "'" + text + "' is not 12 digits";
      });
  serve
      ->add_option("--auth", arguments.authentication,
                   "off: signatures and permissions are not checked; for laptops only")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  serve
      ->add_option("--https-certificate", host.certificateFile,
                   "PEM certificate; without one the service makes its own")
      ->type_name("FILE");
  serve->add_option("--https-key", host.privateKeyFile, "PEM key of the certificate")
      ->type_name("FILE");
  serve->add_option("--log-level", arguments.serve.logLevel, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  serve
      ->add_option_function<std::vector<std::string>>(
          "--quota",
          [&host](const std::vector<std::string>& given) {
            for (const std::string& text : given) addQuota(text, host.quotas);
          },
          "another quota of applications, such as applications=1000 (also kpus, snapshots, tags)")
      ->type_name("NAME=NUMBER");
  serve
      ->add_option("--companions", arguments.companions,
                   "off: Kinesis, S3, IAM, STS, CloudWatch and CloudWatch Logs are AWS's, with the "
                   "credentials that AWS's SDKs would find; NAME.endpoint=URL sets one elsewhere")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  serve
      ->add_option("-D,--set", arguments.settings,
                   "set an option of a companion, such as kinesis.fsync=always; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  serve->add_option("--config", arguments.configurationFile, "read options from this JSON file")
      ->type_name("FILE");
  serve->set_version_flag("--version", kVersionText);
  serve->footer(kServeFooter);
}

// Internal: started by the service, so not listed.
void addWorker(CLI::App& app, Arguments& arguments) {
  CLI::App* worker = app.add_subcommand("worker", "run one application of the service");
  worker->group("");
  worker->add_option("--socket", arguments.worker.socket)->required();
  worker->add_option("--directory", arguments.worker.directory)->required();
  worker->add_option("--application", arguments.worker.application)->required();
  worker->add_option("--attempt", arguments.worker.attempt)->required();
}

CLI::App* addDump(CLI::App& nexmark, Arguments& arguments) {
  CLI::App* dump = nexmark.add_subcommand("dump", "write the events of a seed as files");
  dump->set_version_flag("--version", kVersionText);
  dump->add_option("--seed", arguments.dump.model.seed, "the events differ by seed")
      ->capture_default_str();
  dump->add_option("--events", arguments.dump.events, "number of events")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 48))
      ->capture_default_str();
  dump->add_option("--parts", arguments.dump.parts, "number of files")
      ->check(CLI::Range(int64_t{1}, int64_t{65536}))
      ->capture_default_str();
  dump->add_option("--out", arguments.dump.directory, "directory of the files")->required();
  dump->add_option("--rate", arguments.dump.model.eventsPerSecond,
                   "events per second of event time")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}))
      ->capture_default_str();
  dump->add_option("--format", arguments.dumpFormat, "json or csv")
      ->check(CLI::IsMember({"json", "csv"}))
      ->capture_default_str();
  return dump;
}

int wrongUsage(const std::string& command, const std::string& problem) {
  writeError(fmt::format("{}: {}\nTry '{} --help'.\n", command, problem, command));
  return kExitUsage;
}

// The name of the innermost sub-command that was given, with those around it.
std::string commandPath(const CLI::App& app, const CLI::App** innermost) {
  std::string path = "millrace";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands()[0];
    path += ' ' + at->get_name();
  }
  *innermost = at;
  return path;
}

// False when one is not KEY=VALUE: `wrong`.
bool splitSettings(const std::vector<std::string>& given, Settings& settings, std::string& wrong) {
  for (const std::string& setting : given) {
    size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      wrong = fmt::format("'{}' is not KEY=VALUE", setting);
      return false;
    }
    settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return true;
}

int runSql(Arguments& arguments, Env& env) {
  if (!arguments.output.empty()) arguments.sql.runner.output = outputFormOf(arguments.output);
  std::string wrong;
  if (!splitSettings(arguments.settings, arguments.sql.settings, wrong)) {
    return wrongUsage("millrace sql", wrong);
  }
  return runSqlCommand(std::move(arguments.sql), env);
}

int runRun(Arguments& arguments, Env& env) {
  std::string wrong;
  if (!splitSettings(arguments.settings, arguments.run.settings, wrong)) {
    return wrongUsage("millrace run", wrong);
  }
  return runRunCommand(std::move(arguments.run), env);
}

int runCheck(Arguments& arguments, Env& env) {
  std::string wrong;
  if (!splitSettings(arguments.settings, arguments.check.settings, wrong)) {
    return wrongUsage("millrace savepoint check", wrong);
  }
  return runSavepointCheck(arguments.check, env);
}

int runServe(CLI::App& app, Arguments& arguments, Env& env) {
  if (!arguments.configurationFile.empty()) {
    Status applied =
        applyConfigurationFile(env, arguments.configurationFile, *app.get_subcommand("serve"));
    if (!applied.ok()) {
      writeError(applied.error().describe() + "\n");
      return kExitUsage;
    }
  }
  Settings settings;
  std::string wrong;
  if (!splitSettings(arguments.settings, settings, wrong)) {
    return wrongUsage("millrace serve", wrong);
  }
  arguments.serve.host.settings = {settings.begin(), settings.end()};
  arguments.serve.host.companions = arguments.companions == "on";
  arguments.serve.host.authentication = arguments.authentication == "on";
  return runServeCommand(std::move(arguments.serve), env);
}

int runDump(Arguments& arguments, Env& env) {
  arguments.dump.format =
      arguments.dumpFormat == "csv" ? NexmarkFileFormat::kCsv : NexmarkFileFormat::kJson;
  Status status = dumpNexmark(arguments.dump, env);
  if (status.ok()) return kExitOk;
  writeError(status.error().describe() + "\n");
  return kExitFailed;
}

int runParsed(CLI::App& app, int argc, const char* const* argv, Arguments& arguments, Env& env) {
  const CLI::App* innermost = &app;
  std::string path = "millrace";
  try {
    app.parse(argc, argv);
    path = commandPath(app, &innermost);
  } catch (const CLI::CallForVersion&) {
    writeOut(std::string(kVersionText) + "\n");
    return kExitOk;
  } catch (const CLI::CallForHelp&) {
    path = commandPath(app, &innermost);
    size_t outer = path.rfind(' ');
    writeOut(innermost->help(outer == std::string::npos ? "" : path.substr(0, outer)));
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return wrongUsage(commandPath(app, &innermost), error.what());
  }
  if (path == "millrace sql") return runSql(arguments, env);
  if (path == "millrace run") return runRun(arguments, env);
  if (path == "millrace serve") return runServe(app, arguments, env);
  if (path == "millrace worker") runWorkerCommand(arguments.worker, env);
  if (path == "millrace savepoint inspect") return runSavepointInspect(arguments.inspection, env);
  if (path == "millrace savepoint check") return runCheck(arguments, env);
  if (path == "millrace bench nexmark dump") return runDump(arguments, env);
  return wrongUsage(path, "a command is missing");
}

}  // namespace

int runMainCommand(int argc, const char* const* argv, Env& env) {
  openMissingStreams();
  Arguments arguments;
  try {
    CLI::App app("Runs Apache Flink SQL without a JVM.", "millrace");
    app.set_version_flag("--version", kVersionText);
    addSql(app, arguments);
    addRun(app, arguments);
    addSavepoint(app, arguments);
    addServe(app, arguments);
    addWorker(app, arguments);
    CLI::App* bench = app.add_subcommand("bench", "benchmarks");
    CLI::App* nexmark = bench->add_subcommand("nexmark", "the Nexmark benchmark");
    addDump(*nexmark, arguments);
    return runParsed(app, argc, argv, arguments, env);
  } catch (const std::exception& error) {
    writeError(fmt::format("millrace: {}\n", error.what()));
    return kExitFailed;
  }
}

}  // namespace millrace
