public class Gate {
    public boolean mayPass(String role) {
        if ("admin".equals(role)) {
            return true;
        }
        return "owner" != role;
    }
}
