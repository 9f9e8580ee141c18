// A sparse matrix by rows, enough for a solver of a few thousand unknowns.

#include <cmath>
#include <iostream>
#include <map>
#include <stdexcept>
#include <vector>

class SparseMatrix {
public:
    explicit SparseMatrix(int size) : size_(size), rows_(size) {}

    void set(int row, int column, double value) {
        if (row > size_ || column > size_)
            throw std::out_of_range("no such place in the matrix");
        rows_[row][column] = value;
    }

    double get(int row, int column) {
        return rows_[row][column];
    }

    std::vector<double> operator*(const std::vector<double> vector) const {
        std::vector<double> product(size_);
        for (int row = 0; row < size_; ++row)
            for (auto entry : rows_[row])
                product[row] += entry.second * vector[entry.first];
        return product;
    }

    int size() const { return size_; }

private:
    int size_;
    std::vector<std::map<int, double>> rows_;
};

double dot(const std::vector<double>& one, const std::vector<double>& other) {
    double sum = 0;
    for (unsigned i = 0; i < one.size(); ++i)
        sum += one[i] * other[i];
    return sum;
}

// Solves matrix * x = right by conjugate gradients; the matrix has to be symmetric and positive definite.
std::vector<double> solve(const SparseMatrix& matrix, const std::vector<double>& right, double tolerance) {
    std::vector<double> x(matrix.size());
    std::vector<double> residual = right;
    std::vector<double> direction = residual;
    double error = dot(residual, residual);

    while (error != 0) {
        const std::vector<double> image = matrix * direction;
        const double step = error / dot(direction, image);
        for (int i = 0; i < matrix.size(); ++i) {
            x[i] += step * direction[i];
            residual[i] -= step * image[i];
        }
        const double next = dot(residual, residual);
        if (std::sqrt(next) < tolerance)
            break;
        for (int i = 0; i < matrix.size(); ++i)
            direction[i] = residual[i] + next / error * direction[i];
        error = next;
    }
    return x;
}

int main() {
    SparseMatrix matrix(1000);
    for (int i = 0; i < matrix.size(); ++i) {
        matrix.set(i, i, 2);
        if (i > 0) {
            matrix.set(i, i - 1, -1);
            matrix.set(i - 1, i, -1);
        }
    }
    const auto x = solve(matrix, std::vector<double>(1000, 1), 1e-9);
    std::cout << x[500] << std::endl;
}
