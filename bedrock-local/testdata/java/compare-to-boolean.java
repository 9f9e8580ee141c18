public class Mailer {
    public void send(User user) {
        if (user.subscribed() == true && user.bounced() == false) {
            queue.add(user);
        }
    }
}
