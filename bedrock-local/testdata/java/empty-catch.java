public class Config {
    public int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {}
        return 8080;
    }
}
