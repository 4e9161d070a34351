import CCurl
import NIOPosix
import Synchronization
import Workflow

/// One conversation with a mail server, by libcurl. The server takes the message for all recipients or for none.
struct MailDelivery: Sendable {
    let server: MailServer
    let recipients: [String]
    let message: [UInt8]
    let timeout: Duration

    /// How many there are at once; each has a thread, since libcurl blocks it.
    static let concurrency = 8
    private static let slots = Slots(concurrency)
    private static let pool: NIOThreadPool = {
        ccurl_global_init()
        let pool = NIOThreadPool(numberOfThreads: concurrency)
        pool.start()
        return pool
    }()

    /// Sends the message. When the task is cancelled, the conversation ends within about a second.
    func run() async throws(ActivityFailure) {
        await Self.slots.acquire()
        defer { Self.slots.release() }
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, ActivityFailure>, Never>) in
                Self.pool.submit { _ in continuation.resume(returning: perform(cancellation)) }
            }
        } onCancel: {
            cancellation.isWanted.store(true, ordering: .relaxed)
        }
        try result.get()
    }

    private final class Cancellation: Sendable {
        let isWanted = Atomic(false)
    }

    /// What libcurl's functions work on, on one thread, as long as the conversation lasts.
    private final class Dialogue {
        let message: [UInt8]
        let cancellation: Cancellation
        var sent = 0
        /// The last answer that said no.
        var refusal = ""

        init(_ message: [UInt8], _ cancellation: Cancellation) {
            (self.message, self.cancellation) = (message, cancellation)
        }

        static func of(_ context: UnsafeMutableRawPointer?) -> Dialogue? {
            context.map { Unmanaged<Dialogue>.fromOpaque($0).takeUnretainedValue() }
        }

        func read(into buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
            let count = min(room, message.count - sent)
            message.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: buffer, count: count)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sent..<sent + count]))
            }
            sent += count
            return count
        }

        func take(_ line: UnsafeRawBufferPointer) {
            guard let first = line.first, first == UInt8(ascii: "4") || first == UInt8(ascii: "5") else { return }
            refusal = String(decoding: line.prefix(200), as: UTF8.self).trimmedLine
        }
    }

    // MARK: libcurl

    /// Blocks its thread.
    private func perform(_ cancellation: Cancellation) -> Result<Void, ActivityFailure> {
        guard let handle = curl_easy_init() else {
            return .failure(ActivityFailure(.connection, "libcurl could not be set up"))
        }
        defer { curl_easy_cleanup(handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        for recipient in recipients { list = curl_slist_append(list, "<\(recipient)>") }
        defer { curl_slist_free_all(list) }
        let dialogue = Dialogue(message, cancellation)
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        defer { words.deallocate() }
        ccurl_set_buffer(handle, CURLOPT_ERRORBUFFER, words)
        ccurl_set_list(handle, CURLOPT_MAIL_RCPT, list)
        setTarget(handle)
        return withExtendedLifetime(dialogue) {
            Self.setFunctions(handle, Unmanaged.passUnretained(dialogue).toOpaque())
            let code = curl_easy_perform(handle)
            guard code != CURLE_OK else { return .success(()) }
            let told = String(cString: words)
            return .failure(failure(code, told.isEmpty ? String(cString: curl_easy_strerror(code)) : told, dialogue))
        }
    }

    private func setTarget(_ handle: UnsafeMutableRawPointer) {
        ccurl_set_text(handle, CURLOPT_URL, server.url)
        ccurl_set_text(handle, CURLOPT_PROXY, "")
        ccurl_set_text(handle, CURLOPT_MAIL_FROM, "<\(server.sender.address)>")
        ccurl_set_number(handle, CURLOPT_UPLOAD, 1)
        ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.count))
        ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_number(handle, CURLOPT_TIMEOUT_MS, Self.milliseconds(timeout))
        ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(server.connectTimeout))
        let level = server.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        ccurl_set_number(handle, CURLOPT_USE_SSL, Int(level.rawValue))
        ccurl_set_number(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        ccurl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1)
        ccurl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = server.authorities { ccurl_set_text(handle, CURLOPT_CAINFO, authorities) }
        if let credentials = server.credentials {
            ccurl_set_text(handle, CURLOPT_USERNAME, credentials.user)
            ccurl_set_text(handle, CURLOPT_PASSWORD, credentials.password)
        }
    }

    private static func milliseconds(_ time: Duration) -> Int { Int(max(1, time.inMicroseconds / 1_000)) }

    private static func setFunctions(_ handle: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) {
        let read: ccurl_transfer = { bytes, size, count, context in
            guard let bytes, let dialogue = Dialogue.of(context) else { return 0 }
            return dialogue.read(into: bytes, size * count)
        }
        let take: ccurl_transfer = { bytes, size, count, context in
            if let bytes { Dialogue.of(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) }
            return size * count
        }
        let watch: ccurl_progress = { context, _, _, _, _ in
            Dialogue.of(context)?.cancellation.isWanted.load(ordering: .relaxed) == true ? 1 : 0
        }
        ccurl_set_transfer(handle, CURLOPT_READFUNCTION, read, CURLOPT_READDATA, context)
        ccurl_set_transfer(handle, CURLOPT_HEADERFUNCTION, take, CURLOPT_HEADERDATA, context)
        ccurl_set_transfer(handle, CURLOPT_WRITEFUNCTION, take, CURLOPT_WRITEDATA, context)
        ccurl_set_progress(handle, watch, context)
    }

    // MARK: Failures

    /// What the server puts off (4yz) may be tried again, what it refuses (5yz) may not.
    private func failure(_ code: CURLcode, _ told: String, _ dialogue: Dialogue) -> ActivityFailure {
        let place = "the mail server \(server.host):\(server.port)"
        switch code {
        case CURLE_ABORTED_BY_CALLBACK: return ActivityFailure(.connection, "the attempt was cancelled")
        case CURLE_OPERATION_TIMEDOUT: return ActivityFailure(.timeout, "\(place) was not done in time: \(told)")
        case CURLE_USE_SSL_FAILED where server.security == .startTLS && !dialogue.refusal.hasPrefix("4"):
            return ActivityFailure(
                .refused, "\(place) does not offer STARTTLS; use security: tls, or another port, or security: none")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            return ActivityFailure(
                .refused, "the certificate of \(place) is not trusted: \(told); name its authority with ca_file")
        default: break
        }
        guard let first = dialogue.refusal.first else {
            return ActivityFailure(.connection, "no mail could be given to \(place): \(told)")
        }
        return ActivityFailure(first == "4" ? .connection : .refused, "\(place) answered: \(dialogue.refusal)")
    }
}

extension String {
    fileprivate var trimmedLine: String {
        String(oneLine.reversed().drop { $0 == " " }.reversed())
    }
}
