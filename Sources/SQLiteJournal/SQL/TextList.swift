import Foundation
import Workflow

/// Texts as one value of a column: a JSON array, so that it can be read with `json_each`.
enum TextList {
    static func encode(_ texts: [String]) throws(VerbFailure) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        } catch {
            throw .refused(.unavailable("a list of texts cannot be written: \(error)"))
        }
    }

    static func decode(_ text: String) throws(VerbFailure) -> [String] {
        do {
            return try JSONDecoder().decode([String].self, from: Data(text.utf8))
        } catch {
            throw .refused(.corrupt("a list of texts cannot be read: \(error)"))
        }
    }
}
