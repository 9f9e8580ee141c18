public class Account {
    private String owner;

    public Account(String owner) {
        owner = owner;
    }
}
