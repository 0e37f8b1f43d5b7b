// Runs the SQL of text tests in an embedded Apache Flink and writes what each statement returned.
// oracle_fill.py compiles it, writes its scripts and reads its answers.
//
//   RunScripts THREADS SCRIPT...        SCRIPT.out is written beside each SCRIPT
//
// A script is a sequence of commands; each has one answer, in order:
//   @set KEY VALUE     (one line)                     answer: @ok
//   @run  + SQL lines + @@     runs to the end        answer: @ok
//   @rows + SQL lines + @@     runs to the end        answer: @columns, @rows, @@
// A command that fails is answered by one line "@error CAUSE <- CAUSE ...". After "@columns" every line is
// "name TAB type", after "@rows" "kind TAB cell TAB cell ...", cells in the `table` form of tests/README.md.

import java.io.PrintWriter;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.types.Row;

public final class RunScripts {
    private static final int SLOTS_PER_SCRIPT = 4;
    private static final int SECONDS_PER_STATEMENT = 120;

    private final TableEnvironment session;
    private final PrintWriter answers;
    private final ExecutorService worker;

    private RunScripts(Configuration settings, PrintWriter answers, ExecutorService worker)
            throws Exception {
        this.answers = answers;
        this.worker = worker;
        // The planner keeps thread-local state: a session lives in one thread, and this one watches the clock.
        session = worker.submit(() -> TableEnvironment.create(
                EnvironmentSettings.newInstance().withConfiguration(settings).inStreamingMode().build())).get();
    }

    public static void main(String[] args) throws Exception {
        int threads = Integer.parseInt(args[0]);
        Map<String, String> defaults = new HashMap<>();
        defaults.put("table.local-time-zone", "UTC");
        defaults.put("pipeline.auto-watermark-interval", "0");
        defaults.put("parallelism.default", "1");
        defaults.put("restart-strategy.type", "none");
        defaults.put("rest.port", "0");
        defaults.put("rest.address", "localhost");
        defaults.put("rest.bind-address", "localhost");
        Configuration settings = Configuration.fromMap(defaults);
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(settings).setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(threads * SLOTS_PER_SCRIPT).build());
        cluster.start();
        settings.setString("execution.target", "remote");
        settings.setString("rest.port", Integer.toString(cluster.getRestAddress().get().getPort()));

        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            Path script = Path.of(args[i]);
            running.add(pool.submit(() -> runScript(script, settings)));
        }
        for (Future<?> one : running) one.get();
        System.exit(0);  // The cluster's threads would keep the program alive.
    }

    private static Void runScript(Path script, Configuration settings) throws Exception {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        Path unfinished = Path.of(script + ".part");
        try (PrintWriter answers = new PrintWriter(unfinished.toFile(), "UTF-8")) {
            RunScripts run = new RunScripts(settings, answers, worker);
            List<String> lines = Files.readAllLines(script);
            for (int i = 0; i < lines.size(); i++) {
                String command = lines.get(i);
                if (command.startsWith("@set ")) {
                    String[] parts = command.split(" ", 3);
                    run.session.getConfig().set(parts[1], parts[2]);
                    answers.println("@ok");
                    continue;
                }
                StringBuilder sql = new StringBuilder();
                while (!lines.get(++i).equals("@@")) sql.append(lines.get(i)).append('\n');
                run.answer(command.equals("@rows"), sql.toString());
            }
        }
        Files.move(unfinished, Path.of(script + ".out"), StandardCopyOption.REPLACE_EXISTING);
        worker.shutdownNow();
        return null;
    }

    /** Runs one statement and writes its answer; an error of any kind is an answer too. */
    private void answer(boolean wantRows, String sql) {
        TableResult[] started = new TableResult[1];
        Future<List<String>> rows = worker.submit(() -> {
            started[0] = session.executeSql(sql);
            return collect(started[0]);
        });
        try {
            List<String> lines = rows.get(SECONDS_PER_STATEMENT, TimeUnit.SECONDS);
            if (wantRows) lines.forEach(answers::println);
            answers.println(wantRows ? "@@" : "@ok");
        } catch (Throwable e) {
            rows.cancel(true);
            if (started[0] != null) started[0].getJobClient().ifPresent(job -> job.cancel());
            answers.println("@error " + (e instanceof TimeoutException ? "timeout" : causes(e)));
        }
        answers.flush();
    }

    private static String causes(Throwable e) {
        StringBuilder all = new StringBuilder();
        for (Throwable t = e.getCause(); t != null && all.length() < 4000; t = t.getCause()) {
            all.append(all.length() == 0 ? "" : " <- ").append(t.getClass().getSimpleName())
                    .append(": ").append(t.getMessage());
        }
        return all.toString().replaceAll("\\s+", " ");
    }

    private static List<String> collect(TableResult result) throws Exception {
        List<Column> columns = result.getResolvedSchema().getColumns();
        List<LogicalType> types = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        lines.add("@columns");
        for (Column column : columns) {
            types.add(column.getDataType().getLogicalType());
            lines.add(column.getName() + "\t" + types.get(types.size() - 1).asSummaryString());
        }
        lines.add("@rows");
        try (var rows = result.collect()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                StringBuilder line = new StringBuilder(row.getKind().shortString());
                for (int i = 0; i < types.size(); i++) {
                    line.append('\t').append(text(row.getField(i), types.get(i)));
                }
                lines.add(line.toString());
            }
        }
        return lines;
    }

    private static String text(Object value, LogicalType type) {
        if (value == null) return "null";
        switch (type.getTypeRoot()) {
            case BOOLEAN: case TINYINT: case SMALLINT: case INTEGER: case BIGINT:
                return value.toString();
            case DECIMAL:
                return ((BigDecimal) value).toPlainString();
            case FLOAT: {
                float f = (Float) value;
                return Float.isFinite(f) ? shortest(f, Float.toString(f), s -> Float.parseFloat(s) == f)
                        : "\"" + f + "\"";
            }
            case DOUBLE: {
                double d = (Double) value;
                return Double.isFinite(d) ? shortest(d, Double.toString(d), s -> Double.parseDouble(s) == d)
                        : "\"" + d + "\"";
            }
            case BINARY: case VARBINARY:
                return '"' + HexFormat.of().formatHex((byte[]) value) + '"';
            case TIME_WITHOUT_TIME_ZONE:
                return '"' + instant("HH:mm:ss", type, (LocalTime) value) + '"';
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return '"' + instant("yyyy-MM-dd HH:mm:ss", type, (LocalDateTime) value) + '"';
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return '"' + instant("yyyy-MM-dd HH:mm:ss", type, ((Instant) value).atOffset(ZoneOffset.UTC)) + "Z\"";
            case INTERVAL_YEAR_MONTH:
                return Long.toString(((Period) value).toTotalMonths());
            case INTERVAL_DAY_TIME:
                return Long.toString(((Duration) value).toMillis());
            case ARRAY: {
                List<String> items = new ArrayList<>();
                LogicalType item = ((ArrayType) type).getElementType();
                for (int i = 0; i < Array.getLength(value); i++) items.add(text(Array.get(value, i), item));
                return "[" + String.join(",", items) + "]";
            }
            case MAP:
                return pairs((Map<?, ?>) value, ((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return pairs((Map<?, ?>) value, ((MultisetType) type).getElementType(), new IntType());
            case ROW: {
                List<String> fields = new ArrayList<>();
                int i = 0;
                for (RowType.RowField field : ((RowType) type).getFields()) {
                    fields.add(quote(field.getName()) + ":" + text(((Row) value).getField(i++), field.getType()));
                }
                return "{" + String.join(",", fields) + "}";
            }
            default:  // Strings and DATE; whatever else has a type shows as Java writes it.
                return quote(value.toString());
        }
    }

    private static String pairs(Map<?, ?> map, LogicalType key, LogicalType value) {
        List<String> pairs = new ArrayList<>();
        map.forEach((k, v) -> pairs.add("[" + text(k, key) + "," + text(v, value) + "]"));
        pairs.sort(null);
        return "[" + String.join(",", pairs) + "]";
    }

    private static String instant(String pattern, LogicalType type, TemporalAccessor value) {
        int digits = LogicalTypeChecks.getPrecision(type);
        String fraction = digits == 0 ? "" : "." + "S".repeat(digits);
        return DateTimeFormatter.ofPattern(pattern + fraction).format(value);
    }

    interface Reads {
        boolean back(String digits);
    }

    /** The shortest digits that read back as the same number, in scientific form; Java 17's own are not always shortest. */
    private static String shortest(double exact, String javas, Reads reads) {
        if (exact == 0) return 1 / exact < 0 ? "-0e+00" : "0e+00";
        String best = new BigDecimal(javas).stripTrailingZeros().toString();
        for (int digits = 1; digits <= 17; digits++) {
            String tried = String.format(Locale.ROOT, "%." + (digits - 1) + "e", new BigDecimal(exact));
            if (reads.back(tried)) {
                best = tried;
                break;
            }
        }
        BigDecimal d = new BigDecimal(best).stripTrailingZeros();
        String digits = d.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - d.scale();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return (d.signum() < 0 ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static String quote(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"': out.append("\\\""); break;
                case '\\': out.append("\\\\"); break;
                case '\n': out.append("\\n"); break;
                case '\r': out.append("\\r"); break;
                case '\t': out.append("\\t"); break;
                default: out.append(c < 0x20 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }
}
