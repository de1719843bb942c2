// Rows of a tuple descriptor: to objects, and from objects.
#pragma once

#include "types.h"

namespace engine {

// Makes objects of tuples; good as long as its descriptor is.
class RowReader {
public:
    explicit RowReader(TupleDesc columns);

    // Raises PgError and JsPending.
    Local<Object> read(HeapTuple tuple);

private:
    TupleDesc const columns_;
    std::vector<Local<JsString>> names_;
    std::vector<Type *> types_;
    std::vector<Datum> values_;
    std::vector<char> nulls_;
};

// Makes tuples of objects, or of plain values where `scalar`; good as long as its descriptor is.
class RowWriter {
public:
    RowWriter(TupleDesc columns, bool scalar);

    // Fills values() and nulls(). Raises PgError and JsPending.
    void take(Local<Value> value);

    Datum *values() { return values_.data(); }
    bool *nulls() { return reinterpret_cast<bool *>(nulls_.data()); }

private:
    TupleDesc const columns_;
    bool const scalar_;
    std::vector<Local<JsString>> names_;
    std::vector<Type *> types_;
    // By column, what enforces its length, precision or scale; invalid where there is none.
    std::vector<Oid> limits_;
    std::vector<Datum> values_;
    std::vector<char> nulls_;
};

// Where a set-returning function's rows go.
class RowSink {
public:
    RowSink(FunctionCallInfo fcinfo, bool scalar);
    ~RowSink();
    RowSink(const RowSink &) = delete;
    RowSink &operator=(const RowSink &) = delete;

    // Raises PgError and JsPending.
    void put(Local<Value> value);

private:
    TupleDesc columns_ = nullptr;
    Tuplestorestate *store_ = nullptr;
    // What converting a row needs, freed with each row.
    MemoryContext memory_ = nullptr;
    std::unique_ptr<RowWriter> writer_;
};

}  // namespace engine
