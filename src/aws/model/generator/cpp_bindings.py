"""The list of a service's operations, bound to their functions."""

from cpp_names import lower_camel, snake_case, text
from cpp_types import begin, end


def bindings_header(model):
    return (
        begin(model, ["<span>", '"aws/server/service.h"'], "header")
        + "// The operations that have a file.\n"
        + "std::span<const OperationBinding> bindings();\n"
        + end(model)
    )


def bindings_source(model):
    folder = model.folder.rsplit("/", 1)[0]
    headers = [
        f'"aws/server/generated/{model.name}/bindings.h"',
        f'"{folder}/service.h"',
        '"aws/server/invoke_operation.h"',
    ]
    headers += [
        f'"aws/model/generated/{model.name}/{snake_case(name)}.h"' for name in model.implemented
    ]
    out = [begin(model, headers, "source")]
    for name in model.implemented:
        described = model.operations[name]
        out.append(
            f"Outcome<{described['output_name']}> {lower_camel(name)}(Service& service,"
            f" {described['input_name']}& input, RequestContext& context);\n"
        )
    out.append("\nnamespace {\n\nconstexpr OperationBinding kBindings[] = {\n")
    for name in model.implemented:
        out.append(
            f"    {{{text(name)}, &invokeOperation<Service, {name}Operation,"
            f" &{lower_camel(name)}>}},\n"
        )
    out.append("};\n\n}  // namespace\n\n")
    out.append("std::span<const OperationBinding> bindings() { return kBindings; }\n")
    out.append(end(model))
    return "".join(out)
