// A table over a file of lines that Apache Flink can look rows up in, which its filesystem tables
// cannot: the reference for the lookup joins of the text tests. Read when a task starts.
//
//   CREATE TABLE d (k STRING, name STRING)
//   WITH ('connector' = 'lookup-file', 'path' = '...', 'format' = 'json')

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;

public final class LookupFileFactory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> PATH =
            ConfigOptions.key("path").stringType().noDefaultValue();

    @Override
    public String factoryIdentifier() {
        return "lookup-file";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(PATH, FactoryUtil.FORMAT);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper options =
                FactoryUtil.createTableFactoryHelper(this, context);
        DecodingFormat<DeserializationSchema<RowData>> format =
                options.discoverDecodingFormat(
                        DeserializationFormatFactory.class, FactoryUtil.FORMAT);
        options.validate();
        return new Table(options.getOptions().get(PATH), format, context.getPhysicalRowDataType());
    }

    private record Table(
            String path, DecodingFormat<DeserializationSchema<RowData>> format, DataType type)
            implements LookupTableSource {
        @Override
        public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
            int[] columns = new int[context.getKeys().length];
            RowData.FieldGetter[] ofRow = new RowData.FieldGetter[columns.length];
            RowData.FieldGetter[] ofKey = new RowData.FieldGetter[columns.length];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = context.getKeys()[i][0];
                LogicalType one = type.getChildren().get(columns[i]).getLogicalType();
                ofRow[i] = RowData.createFieldGetter(one, columns[i]);
                ofKey[i] = RowData.createFieldGetter(one, i);
            }
            return LookupFunctionProvider.of(
                    new Rows(path, format.createRuntimeDecoder(context, type), ofRow, ofKey));
        }

        @Override
        public DynamicTableSource copy() {
            return new Table(path, format, type);
        }

        @Override
        public String asSummaryString() {
            return "look-ups in " + path;
        }
    }

    public static final class Rows extends LookupFunction {
        private final String path;
        private final DeserializationSchema<RowData> decoder;
        private final RowData.FieldGetter[] ofRow;
        private final RowData.FieldGetter[] ofKey;
        private transient List<RowData> rows;

        Rows(String path, DeserializationSchema<RowData> decoder, RowData.FieldGetter[] ofRow,
                RowData.FieldGetter[] ofKey) {
            this.path = path;
            this.decoder = decoder;
            this.ofRow = ofRow;
            this.ofKey = ofKey;
        }

        @Override
        public void open(FunctionContext context) throws Exception {
            decoder.open(null);
            rows = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of(path))) {
                rows.add(decoder.deserialize(line.getBytes(StandardCharsets.UTF_8)));
            }
        }

        @Override
        public Collection<RowData> lookup(RowData key) {
            List<RowData> found = new ArrayList<>();
            for (RowData row : rows) {
                boolean equal = true;
                for (int i = 0; i < ofKey.length; i++) {
                    Object wanted = ofKey[i].getFieldOrNull(key);
                    equal &= wanted != null && wanted.equals(ofRow[i].getFieldOrNull(row));
                }
                if (equal) found.add(row);
            }
            return found;
        }
    }
}
