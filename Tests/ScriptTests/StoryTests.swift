import Foundation
import ProgramUnderTest
import Testing

@Suite struct StoryTests {
    private static var stories: [String] {
        let directory = BuiltProgram.packageRoot.appendingPathComponent("Tests/ScriptTests/Stories").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted()
    }

    /// Stories whose name begins with `server-` have a server of their own.
    @Test(arguments: stories)
    func storiesAreTrue(_ name: String) throws {
        let path = BuiltProgram.packageRoot.appendingPathComponent("Tests/ScriptTests/Stories/\(name)")
        let story = Story(try String(contentsOf: path, encoding: .utf8))
        let directory = try TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/Examples",
            withDestinationPath: BuiltProgram.packageRoot.appendingPathComponent("Examples").path)
        for file in story.files {
            try Data(file.content.utf8).write(to: URL(fileURLWithPath: directory.path + "/" + file.name))
        }
        let server = name.hasPrefix("server-") ? try RunningServer() : nil
        let program = BuiltProgram(directory: directory.path, environment: server?.environment ?? [:])
        for step in story.steps {
            let place = "\(name):\(step.line)"
            let outcome = try program.run(step.arguments)
            // What follows in a story leans on what came before.
            try #require(outcome.status == step.status, "\(place): exit code\n\(outcome.errors)")
            try #require(Story.difference(outcome.output, step.output) == nil, "\(place): stdout")
            try #require(Story.difference(outcome.errors, step.errors) == nil, "\(place): stderr")
        }
    }

    @Test func thereAreStories() {
        #expect(Self.stories.count > 3)
    }
}
