import Documents

/// What a panel takes its values for.
struct PanelScale {
    /// Grafana's name of the unit.
    let name: String
    let unit: Unit

    /// Nil when it is not certain for all series, or a unit that nothing follows from.
    init?(_ panel: Panel) {
        guard let first = panel.units.first, let unit = Self.units[first.unit.value],
            panel.units.allSatisfy({ $0.series == nil && $0.unit.value == first.unit.value }),
            // What is computed of several queries has a unit of its own.
            panel.library == nil, panel.targets.allSatisfy({ $0.language == .promQL }), Self.showsValues(panel)
        else { return nil }
        name = first.unit.value
        self.unit = unit
    }

    /// Whether the values are shown as they are queried, in the unit that is read for the panel.
    private static func showsValues(_ panel: Panel) -> Bool {
        let node = panel.node["vizConfig"]?["spec"] ?? panel.node["spec"]?["vizConfig"]?["spec"] ?? panel.node
        let transformed = panel.node["transformations"] ?? panel.node["spec"]?["data"]?["spec"]?["transformations"]
        guard (transformed?.elements ?? []).isEmpty else { return false }
        switch panel.type?.value {
        case "graph":
            let series = node["seriesOverrides"]?.elements ?? []
            return node["fieldConfig"]?["defaults"]?["unit"] == nil && !series.contains { $0["yaxis"] != nil }
        case "singlestat": return ["current", "avg", "min", "max", "first"].contains(node["valueName"]?.text?.value)
        case "timeseries": return node["yaxes"] == nil
        case "stat", "gauge", "bargauge":
            let calculations = node["options"]?["reduceOptions"]?["calcs"]?.elements ?? []
            return node["format"] == nil && calculations.allSatisfy { calculationsOfValues.contains($0.text?.value) }
        default: return false
        }
    }

    private static let calculationsOfValues: Set<String?> = [
        "last", "lastNotNull", "mean", "min", "max", "first", "firstNotNull", "median", "logmin", "allIsZero",
    ]

    private static let units: [String: Unit] = {
        func time(_ scale: Double) -> Unit { Unit(quantity: .time, scale: scale) }
        func bytes(_ scale: Double) -> Unit { Unit(quantity: .bytes, scale: scale) }
        func rate(_ scale: Double) -> Unit { Unit(quantity: .bytes, scale: scale, isPerSecond: true) }
        return [
            "s": time(1), "ms": time(1e-3), "µs": time(1e-6), "ns": time(1e-9), "m": time(60), "h": time(3600),
            "d": time(86400), "dtdurations": time(1), "dtdurationms": time(1e-3), "dthms": time(1), "clocks": time(1),
            "clockms": time(1e-3), "dateTimeAsIso": time(1e-3), "dateTimeAsUS": time(1e-3),
            "dateTimeAsLocal": time(1e-3), "dateTimeFromNow": time(1e-3), "dateTimeAsIsoNoDateIfToday": time(1e-3),
            "bytes": bytes(1), "decbytes": bytes(1), "bits": bytes(0.125), "decbits": bytes(0.125),
            "kbytes": bytes(1e3), "deckbytes": bytes(1e3), "mbytes": bytes(1e6), "decmbytes": bytes(1e6),
            "gbytes": bytes(1e9), "decgbytes": bytes(1e9), "Bps": rate(1), "binBps": rate(1), "bps": rate(0.125),
            "binbps": rate(0.125), "percent": Unit(quantity: .ratio, scale: 0.01), "percentunit": .ratio,
        ]
    }()
}

extension PanelScale {
    /// Whether values of a unit are certainly shown as what they are not.
    func isWrong(for value: Unit) -> Bool {
        switch (unit.quantity, value.quantity) {
        case (.time, .time), (.bytes, .bytes): !Unit.isClose(unit.scale, value.scale)
        // A number by which is multiplied may have a unit of its own.
        case (.time, .bytes), (.bytes, .time), (.ratio, .bytes), (.time, .count), (.bytes, .count):
            !value.isScaled && !value.isGuess
        // A share of each second is a ratio.
        case (.ratio, .ratio): isOtherPercentage(value)
        case (.ratio, .time): value.isPerSecond ? isOtherPercentage(value) : !value.isScaled
        default: false
        }
    }

    /// Whether one is of 1 and the other of 100.
    private func isOtherPercentage(_ value: Unit) -> Bool {
        Unit.isClose(value.scale, unit.scale == 1 ? 0.01 : 1)
    }
}
