public class Mailer {
    public void send(User user) {
        if (user.subscribed() && !user.bounced()) {
            queue.add(user);
        }
    }
}
