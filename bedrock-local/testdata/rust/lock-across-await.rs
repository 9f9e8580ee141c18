pub async fn refresh(cache: &Mutex<Cache>, client: &Client) {
    let mut guard = cache.lock().unwrap();
    guard.entries = client.load().await;
}
