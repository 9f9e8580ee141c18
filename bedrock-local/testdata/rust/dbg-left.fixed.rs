pub fn scale(values: &mut [f64], factor: f64) {
    for value in values {
        *value = *value * factor;
    }
}
