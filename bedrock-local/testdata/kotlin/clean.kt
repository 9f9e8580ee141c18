package shop

data class Item(val id: String, val price: Long?)

class Cart(private val items: List<Item>) {
    /** Says "!!" and == null in a text only. */
    fun total(): Long {
        var sum = 0L
        for (item in items) {
            val price = item.price ?: continue
            sum += price
        }
        return sum
    }

    fun first(): Item? = items.firstOrNull { it.price != null }
}
