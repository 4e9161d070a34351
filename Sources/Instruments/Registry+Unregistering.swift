extension Registry {
    /// Takes a family out: no exposition and no snapshot shows it from now on, and its names are free again.
    ///
    /// Whoever holds the family or its instruments may go on using them, unseen. Where scopes with different labels share
    /// the family, all of its series go. A scrape that has begun may still show it.
    ///
    /// - Parameter name: as it was registered, without the prefix of this scope.
    /// - Returns: false if there is no such family, or if it is one of the registry's own, which stay.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        let name = prefix + name
        guard name != Self.overflowName, name != Self.failuresName else { return false }
        return store.state.withLock { $0.remove(name) }
    }
}

extension Registry.State {
    fileprivate mutating func remove(_ name: String) -> Bool {
        guard let family = families.removeValue(forKey: name) else { return false }
        constants[name] = nil
        for claim in family.definition.claims(in: schemes) { owners[claim] = nil }
        ordered = nil
        return true
    }
}
