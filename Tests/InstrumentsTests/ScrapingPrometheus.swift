import Foundation

/// What Debian's Prometheus holds, native histograms on, after it has scraped an exposition.
struct ScrapingPrometheus: Decodable {
    /// The header of the scrape.
    let accept: String
    /// All series, those that Prometheus makes about the scrape included.
    let result: [Item]

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Serves the body on a free loopback port, has Prometheus scrape it, asks for everything and stops both.
    private static let script = """
        import http.server, json, os, random, shutil, subprocess, sys, tempfile, threading, time, urllib.request
        body, content_type, accepted = sys.stdin.buffer.read(), sys.argv[1], []
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                accepted.append(self.headers["Accept"])
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Below the ports that the kernel hands out itself, to other tests.
        listen = "127.0.0.1:%d" % random.randrange(20000, 32000)
        def ask(query):
            url = "http://" + listen + "/api/v1/query?query=" + urllib.parse.quote(query)
            with urllib.request.urlopen(url, timeout=60) as answer: return json.load(answer)["data"]["result"]
        # A scrape that fails makes all series stale: whether the last one did is in the same answer.
        def scraped():
            try: result = ask('{__name__=~".+"}')
            except OSError: return None
            up = any(item["metric"]["__name__"] == "up" and item["value"][1] == "1" for item in result)
            return result if up else None
        folder = tempfile.mkdtemp()
        with open(folder + "/prometheus.yml", "w") as file: file.write(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [{"job_name": "test", "static_configs": [{"targets": ["127.0.0.1:%d" % server.server_port]}]}]}))
        with open(folder + "/log", "w") as log:
            prometheus = subprocess.Popen(
                ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn",
                 "--enable-feature=native-histograms", "--web.listen-address=" + listen],
                cwd=folder, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 600
            while not (result := scraped()):
                if time.monotonic() > end or prometheus.poll() is not None:
                    sys.exit("not scraped: " + open(folder + "/log").read())
                time.sleep(0.05)
            print(json.dumps({"accept": accepted[-1], "result": result}))
        finally:
            prometheus.kill()
            prometheus.wait()
            shutil.rmtree(folder, ignore_errors=True)
        """

    init(scraping body: [UInt8], contentType: String) throws {
        guard Oracle.find("prometheus") != nil else {
            throw Oracle.Missing(description: "prometheus is missing. Install it: \(Oracle.install)")
        }
        let answer = try Oracle.python(Self.script, [contentType]).ask(body)
        guard answer.status == 0 else { throw Failure(description: answer.output) }
        self = try JSONDecoder().decode(Self.self, from: Data(answer.output.utf8))
    }

    /// A series with its number or its native histogram.
    struct Item: Decodable {
        let metric: [String: String]
        let value: Value?
        let histogram: Histogram?
    }

    /// `[time, "number"]`.
    struct Value: Decodable {
        let number: Double

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            _ = try pair.decode(Double.self)
            number = try parse(try pair.decode(String.self))
        }
    }

    /// `[time, {count, sum, buckets: [[boundary rule, "lower", "upper", "count"]]}]`.
    struct Histogram: Decodable {
        struct Bucket {
            let lower: Double
            let upper: Double
            let count: Double
        }

        private struct Fields: Decodable {
            let count: String
            let sum: String
            let buckets: [[Part]]?
        }

        /// A rule is a number, everything else the text of one.
        private struct Part: Decodable {
            let value: Double

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                let rule = try? container.decode(Double.self)
                value = try rule ?? parse(try container.decode(String.self))
            }
        }

        let count: Double
        let sum: Double
        let buckets: [Bucket]

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            _ = try pair.decode(Double.self)
            let fields = try pair.decode(Fields.self)
            count = try parse(fields.count)
            sum = try parse(fields.sum)
            buckets = (fields.buckets ?? []).map {
                Bucket(lower: $0[1].value, upper: $0[2].value, count: $0[3].value)
            }
        }
    }

    private static func parse(_ text: String) throws -> Double {
        switch text {
        case "+Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            guard let number = Double(text) else { throw Failure(description: "no number: \(text)") }
            return number
        }
    }
}
