pub fn print_all(names: &[String]) {
    for i in 0..names.len() {
        println!("{}", names[i]);
    }
}
