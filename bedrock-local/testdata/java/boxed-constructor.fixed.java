public class Ids {
    public Integer next(int last) {
        return Integer.valueOf(last + 1);
    }
}
