public class Csv {
    public String join(List<String> cells) {
        String row = "";
        for (String cell : cells) {
            row += cell + ";";
        }
        return row;
    }
}
