fun textOf(view: View): String {
    val label = view as TextView
    return label.text.toString()
}
