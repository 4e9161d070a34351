import PromQL
import Testing

struct ParsingTests {
    @Test func readsASelector() throws {
        #expect(try Expression(parsing: "up").description == "up")
    }
}
