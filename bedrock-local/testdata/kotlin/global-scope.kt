class Uploader(private val api: Api) {
    fun upload(file: File) {
        GlobalScope.launch {
            api.send(file)
        }
    }
}
