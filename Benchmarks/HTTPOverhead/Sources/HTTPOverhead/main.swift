import Hummingbird
import Instruments
import InstrumentsHummingbird

/// An order, about 1 KB as JSON.
struct Order: ResponseEncodable {
    struct Item: Codable {
        let sku: String
        let title: String
        let quantity: Int
        let cents: Int
    }

    let id: String
    let customer: String
    let state: String
    let items: [Item]

    init(id: String) {
        self.id = id
        customer = "customer-4711"
        state = "paid"
        items = (1...12).map {
            Item(sku: "sku-\($0)", title: "An article with a name, number \($0)", quantity: $0, cents: 995 * $0)
        }
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, arguments[1] == "--monitoring", ["on", "off"].contains(arguments[2]),
    arguments[3] == "--port", let port = Int(arguments[4])
else { fatalError("usage: HTTPOverhead --monitoring on|off --port PORT") }

let registry = Registry()
let router = Router()
if arguments[2] == "on" {
    router.add(middleware: try HTTPMetricsMiddleware(registry: registry, service: "shop"))
}
router.get("/health") { _, _ in "ok" }
router.get("/orders") { _, _ in ["1", "2", "3"] }
router.get("/orders/{id}") { _, context in Order(id: try context.parameters.require("id")) }

let application = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
try await application.runService()
