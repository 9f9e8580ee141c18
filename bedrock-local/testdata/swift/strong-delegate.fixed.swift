final class Player {
    weak var delegate: PlayerDelegate?

    func stop() {
        delegate?.playerDidStop(self)
    }
}
