import Wording
import Workflow

/// "did you mean …?", or what there is to choose from.
func hint(_ word: String, among words: [String]) -> String {
    if let nearest = NearestWord.find(word, among: words) { return "did you mean \(nearest)?" }
    return "allowed are " + words.joined(separator: ", ")
}
