public class Ids {
    public Integer next(int last) {
        return new Integer(last + 1);
    }
}
