public class Weekday {
    public int hours(String day) {
        int hours = 0;
        switch (day) {
            case "sat":
                hours = 4;
            case "sun":
                hours = 0;
                break;
            default:
                hours = 8;
        }
        return hours;
    }
}
