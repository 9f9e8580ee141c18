public class Gateway {
    private static final String API_KEY = "q7Jx-22kd-live-99aa";

    public String key() {
        return API_KEY;
    }
}
