public class Gate {
    public boolean mayPass(String role) {
        if (role == "admin") {
            return true;
        }
        return "owner" != role;
    }
}
