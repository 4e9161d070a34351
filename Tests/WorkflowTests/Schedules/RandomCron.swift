import TestSupport

/// An expression made at random, with the values that each of its fields names, worked out while it is written.
struct RandomCron {
    var text: String
    /// Second, minute, hour, day of the month, month, day of the week.
    var values: [Set<Int>]
    var stars: [Bool]

    private static let ranges = [0...59, 0...59, 0...23, 1...31, 1...12, 0...6]
    private static let days = ["SUN", "mon", "Tue", "wed", "thu", "fri", "sat"]

    init(using random: inout SeededGenerator) {
        let hasSeconds = Bool.random(using: &random)
        var fields: [String] = []
        values = [[0]]
        stars = [false]
        for index in (hasSeconds ? 0 : 1)..<6 {
            let (text, set) = Self.field(index, using: &random)
            fields.append(text)
            if index > 0 {
                values.append(set)
                stars.append(text.hasPrefix("*"))
            } else {
                values[0] = set
            }
        }
        text = fields.joined(separator: " ")
    }

    private static func field(_ index: Int, using random: inout SeededGenerator) -> (String, Set<Int>) {
        if Int.random(in: 0..<10, using: &random) < 4 { return ("*", Set(ranges[index])) }
        var texts: [String] = []
        var set: Set<Int> = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let (text, values) = item(index, using: &random)
            texts.append(text)
            set.formUnion(values)
        }
        return (texts.joined(separator: ","), set)
    }

    private static func item(_ index: Int, using random: inout SeededGenerator) -> (String, [Int]) {
        let range = ranges[index]
        let (a, b) = (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
        let (low, high) = (min(a, b), max(a, b))
        let step = Int.random(in: 1...range.count, using: &random)
        let name = index == 5 && Bool.random(using: &random) ? days[low] : String(low)
        return switch Int.random(in: 0..<5, using: &random) {
        case 0: ("*/\(step)", Array(stride(from: range.lowerBound, through: range.upperBound, by: step)))
        case 1: ("\(name)-\(high)", Array(low...high))
        case 2: ("\(name)-\(high)/\(step)", Array(stride(from: low, through: high, by: step)))
        case 3: ("\(name)/\(step)", Array(stride(from: low, through: range.upperBound, by: step)))
        default: (name, [low])
        }
    }

    /// Whether the second, counted from 1970 in local time, is named.
    func matches(_ local: Int64) -> Bool {
        let inDay = Int(local % 86_400)
        let date = CivilClock.date(day: Int(local / 86_400))
        let times = values[0].contains(inDay % 60) && values[1].contains(inDay / 60 % 60)
        let (byDate, byWeek) = (values[3].contains(date.day), values[5].contains(date.weekday))
        let isDay = stars[3] || stars[5] ? byDate && byWeek : byDate || byWeek
        return times && values[2].contains(inDay / 3600) && values[4].contains(date.month) && isDay
    }
}

/// A calendar that counts day by day, so that it shares nothing with the one it checks.
enum CivilClock {
    private static let dates: [(year: Int, month: Int, day: Int)] = {
        var dates: [(Int, Int, Int)] = []
        for year in 1970...2100 {
            let isLeap = year % 4 == 0 && year != 2100
            for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for day in 1...length { dates.append((year, month + 1, day)) }
            }
        }
        return dates
    }()

    static func date(day: Int) -> (year: Int, month: Int, day: Int, weekday: Int) {
        let date = dates[day]
        return (date.year, date.month, date.day, (day + 4) % 7)
    }
}
