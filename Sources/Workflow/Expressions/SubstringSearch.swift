/// Looks for a string in another in time linear in both (Knuth, Morris and Pratt, 1977).
struct SubstringSearch {
    private let needle: [UInt8]
    /// For each prefix of the needle, the length of its longest proper prefix that is also its suffix.
    private let borders: [Int]

    init(_ needle: String.UTF8View) {
        let needle = Array(needle)
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for position in needle.indices.dropFirst() {
            while length > 0, needle[position] != needle[length] { length = borders[length - 1] }
            if needle[position] == needle[length] { length += 1 }
            borders[position] = length
        }
        self.needle = needle
        self.borders = borders
    }

    func occurs(in haystack: String.UTF8View) -> Bool {
        guard !needle.isEmpty else { return true }
        guard needle.count <= haystack.count else { return false }
        var length = 0
        for byte in haystack {
            while length > 0, byte != needle[length] { length = borders[length - 1] }
            if byte == needle[length] { length += 1 }
            if length == needle.count { return true }
        }
        return false
    }
}
