export function timeout() {
<<<<<<< HEAD
  return 3000;
=======
  return 5000;
>>>>>>> feature/slow-network
}
