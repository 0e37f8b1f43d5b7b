// The side table of q13 for Apache Flink, which cannot look up rows in files: reads a CSV file of
// lines "key,value" into memory when a task starts and answers look-ups by key from there.
//
//   CREATE TABLE side_input (key BIGINT, `value` STRING)
//   WITH ('connector' = 'nexmark-side-input', 'path' = '...')

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

public final class SideInputFactory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> PATH =
            ConfigOptions.key("path").stringType().noDefaultValue();

    @Override
    public String factoryIdentifier() {
        return "nexmark-side-input";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(PATH);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper options = FactoryUtil.createTableFactoryHelper(this, context);
        options.validate();
        return new SideTable(options.getOptions().get(PATH));
    }

    private static final class SideTable implements LookupTableSource {
        private final String path;

        SideTable(String path) {
            this.path = path;
        }

        @Override
        public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
            return LookupFunctionProvider.of(new Rows(path));
        }

        @Override
        public DynamicTableSource copy() {
            return new SideTable(path);
        }

        @Override
        public String asSummaryString() {
            return "side input " + path;
        }
    }

    public static final class Rows extends LookupFunction {
        private final String path;
        private transient Map<Long, Collection<RowData>> rows;

        public Rows(String path) {
            this.path = path;
        }

        @Override
        public void open(FunctionContext context) throws IOException {
            rows = new HashMap<>();
            for (String line : Files.readAllLines(Path.of(path))) {
                String[] cells = line.split(",", 2);
                long key = Long.parseLong(cells[0]);
                rows.put(key, List.of(GenericRowData.of(key, StringData.fromString(cells[1]))));
            }
        }

        @Override
        public Collection<RowData> lookup(RowData key) {
            return rows.getOrDefault(key.getLong(0), List.of());
        }
    }
}
