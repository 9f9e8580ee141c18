public class Importer {
    public int count(String path) throws IOException {
        BufferedReader reader = new BufferedReader(new FileReader(path));
        int lines = 0;
        while (reader.readLine() != null) {
            lines++;
        }
        return lines;
    }
}
