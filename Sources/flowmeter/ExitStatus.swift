import ArgumentParser

/// The exit codes of `flowmeter`. They speak of the request, not of what a workflow decided: a blocked order is 0.
enum ExitStatus: Int32 {
    case success = 0
    /// The server refused, or what was looked at has a problem.
    case refused = 1
    /// The command line or the configuration is wrong.
    case usage = 2
    /// The server cannot be reached, or gave no answer in time.
    case unreachable = 3
}

/// An error that ends a command, told to the user on stderr.
struct CommandError: Error {
    var status: ExitStatus
    var message: String
    var remedy: String?

    init(_ status: ExitStatus, _ message: String, remedy: String? = nil) {
        self.status = status
        self.message = message
        self.remedy = remedy
    }
}

/// Ends a command that has said everything already.
struct Silent: Error {
    var status: ExitStatus
}
