import PromQL

extension Expression {
    /// The canonical form, or what is wrong.
    static func judgement(of query: String) -> (canonical: String?, errors: [PromQLError]) {
        do throws(PromQLError) {
            let expression = try Expression(parsing: query)
            let errors = expression.typing.errors
            return (errors.isEmpty ? expression.description : nil, errors)
        } catch {
            return (nil, [error])
        }
    }
}
