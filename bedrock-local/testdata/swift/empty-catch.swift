func save(_ note: Note) {
    do {
        try store.write(note)
    } catch {
    }
}
