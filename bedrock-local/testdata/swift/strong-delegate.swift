final class Player {
    var delegate: PlayerDelegate?

    func stop() {
        delegate?.playerDidStop(self)
    }
}
