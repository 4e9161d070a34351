internal import CFuzzer
internal import Documents
internal import Foundation
internal import Monitoring

@main
enum FuzzDocuments {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments) { fuzzDocuments($0, $1) })
    }
}

/// Each text has its place; what is changed is read back as it was meant; queries lead back into the file.
private func fuzzDocuments(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let file = SourceFile(path: "input", bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    for language in [Language.json, .yaml] {
        do throws(DocumentError) {
            let document = try language.read(file)
            let texts = texts(of: document)
            for text in texts { checkPlaces(text) }
            if document.repeatedKeys.isEmpty { checkEdit(file, texts, language) }
        } catch {
            check(error.place, in: file)
        }
    }
    checkInputs(file)
    return 0
}

private enum Language {
    case json, yaml

    func read(_ file: SourceFile) throws(DocumentError) -> Document {
        switch self {
        case .json: try Document(json: file)
        case .yaml: try Document(yaml: file)
        }
    }
}

/// All scalars of a document, keys included.
private func texts(of document: Document) -> [SourceText] {
    var texts: [SourceText] = []
    func collect(_ node: DocumentNode) {
        switch node.content {
        case .scalar(let text, _): texts.append(text)
        case .sequence(let elements): elements.forEach(collect)
        case .mapping(let members):
            for member in members {
                texts.append(member.key)
                collect(member.value)
            }
        }
    }
    document.roots.forEach(collect)
    return texts
}

// MARK: Places

private func check(_ place: SourcePlace, in file: SourceFile) {
    guard place.range.upperBound <= file.bytes.count, place.start.line >= 1, place.start.column >= 1 else {
        fatalError("a place outside the file: \(place)")
    }
    _ = place.excerpt
}

private func checkPlaces(_ text: SourceText) {
    check(text.place, in: text.file)
    var last = text.place.range.lowerBound
    for offset in text.wholeRange.prefix(48) {
        let range = text.place(of: offset..<offset + 1).range
        guard range.lowerBound >= last, range.upperBound <= text.place.range.upperBound, !range.isEmpty else {
            fatalError("byte \(offset) of \(text.value.debugDescription) stands at \(range), before \(last)")
        }
        last = range.lowerBound
    }
}

// MARK: Edits

/// One edit that the input itself chooses.
private func checkEdit(_ file: SourceFile, _ texts: [SourceText], _ language: Language) {
    let seed = file.bytes.reduce(17) { $0 &* 31 &+ Int($1) } & 0xFFFF_FFFF
    guard !texts.isEmpty else { return }
    let target = texts[seed % texts.count]
    let ends = target.value.unicodeScalars.indices.map {
        target.value.utf8.distance(from: target.value.startIndex, to: $0)
    }
    let offsets = ends + [target.value.utf8.count]
    let chosen = [offsets[seed / 7 % offsets.count], offsets[seed / 77 % offsets.count]].sorted()
    let replacements = ["x", "", "a\"b'c\\", "é 😀", ": ", " #", "a\nb", "\n", "- ", "{a}", "true", "\t", " "]
    let replacement = replacements[seed / 777 % replacements.count]
    guard let bytes = try? file.replacing([TextEdit(target, chosen[0]..<chosen[1], replacement)]) else { return }
    let value = Array(target.value.utf8)
    let wanted = String(decoding: value[..<chosen[0]] + Array(replacement.utf8) + value[chosen[1]...], as: UTF8.self)
    guard let again = try? language.read(SourceFile(path: "edited", bytes: bytes)) else {
        fatalError("cannot be read after an edit: \(String(decoding: bytes, as: UTF8.self))")
    }
    guard again.repeatedKeys.isEmpty else { return }
    let found = values(of: again)
    // What stands at the same place is the same text, reached through aliases.
    let expected = texts.map { $0.place == target.place && $0.value == target.value ? wanted : $0.value }
    guard found == expected else { fatalError("read as \(found) and not as \(expected)") }
}

private func values(of document: Document) -> [String] { texts(of: document).map(\.value) }

// MARK: Inputs

private func checkInputs(_ file: SourceFile) {
    for path in ["input.yaml", "input.json", "input.promql"] {
        let reading = InputReader.read(SourceFile(path: path, bytes: file.bytes))
        for problem in reading.problems {
            check(problem.place, in: file)
            guard !problem.message.isEmpty, !problem.remedy.isEmpty else { fatalError("a problem without a remedy") }
        }
        for input in reading.inputs {
            let scope: VariableScope =
                if case .dashboard(let board) = input { VariableScope(board.variables) } else { VariableScope([]) }
            for query in input.queries { checkQuery(query.text, scope) }
            guard case .rules(let rules) = input else { continue }
            for rule in rules.groups.flatMap(\.rules) { checkTemplates(rule) }
        }
    }
}

private func checkQuery(_ text: SourceText, _ scope: VariableScope) {
    check(text.place, in: text.file)
    let query = SubstitutedQuery(text, scope: scope)
    guard query.sourceRange(of: 0..<query.text.utf8.count) == text.wholeRange else {
        fatalError("a part of \(text.value) has no place")
    }
    for placeholder in query.placeholders where query.sourceRange(of: placeholder.range) != placeholder.use.range {
        fatalError("a placeholder leads elsewhere: \(placeholder)")
    }
}

private func checkTemplates(_ rule: Rule) {
    for (_, template) in rule.templates {
        for reference in template.references {
            guard template.text.part(reference.range).value == reference.name else {
                fatalError("\(reference.name) is not at \(reference.range)")
            }
        }
        for query in template.queries { check(query.text.place, in: template.text.file) }
        for legend in LegendLabel.labels(in: template.text)
        where legend.range.upperBound > template.text.value.utf8.count {
            fatalError("a label outside its legend")
        }
    }
}
