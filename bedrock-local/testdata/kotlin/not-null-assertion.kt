class Profile(private val user: User?) {
    fun city(): String {
        return user!!.address.city
    }
}
