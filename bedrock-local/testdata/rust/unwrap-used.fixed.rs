use std::error::Error;
use std::fs;

fn read_port(path: &str) -> Result<u16, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let port = text.trim().parse::<u16>().unwrap();
    Ok(port)
}
