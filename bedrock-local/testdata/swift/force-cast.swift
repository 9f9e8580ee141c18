func show(_ segue: UIStoryboardSegue) {
    let target = segue.destination as! DetailViewController
    target.reload()
}
