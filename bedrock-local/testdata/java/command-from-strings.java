public class Thumbnails {
    public Process create(String file) throws IOException {
        return Runtime.getRuntime().exec("convert " + file + " thumb.png");
    }
}
