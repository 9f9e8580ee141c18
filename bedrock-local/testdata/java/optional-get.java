public class Users {
    public User oldest(List<User> users) {
        return users.stream().max(Comparator.comparing(User::age)).get();
    }

    public User first(List<User> users) {
        return users.stream().findFirst().get();
    }
}
