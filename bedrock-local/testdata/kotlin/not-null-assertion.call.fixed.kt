class Player(private var track: Track?) {
    fun stop() {
        track?.release()
    }
}
